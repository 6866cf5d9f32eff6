import { formatP, formatQuantity, type Unit } from '../../../src/domain/quantity.js';

/** A recorded number, as it reads everywhere; all its digits where one points at it. */
export function Quantity({
  value,
  unit = null,
}: {
  readonly value: number | null | undefined;
  readonly unit?: Unit | undefined;
}) {
  return <Recorded value={value ?? null} text={formatQuantity(value, unit)} />;
}

export function PValue({ p }: { readonly p: number | null }) {
  return <Recorded value={p} text={formatP(p)} />;
}

function Recorded({ value, text }: { readonly value: number | null; readonly text: string }) {
  if (value === null) return <>{text}</>;
  return (
    <data value={String(value)} title={String(value)}>
      {text}
    </data>
  );
}
