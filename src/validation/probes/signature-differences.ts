import type { ModelMetadata, TensorMetadata } from '../../ports/model-server.js';
import { labelOutput } from '../../protocols/tensors.js';
import { describeTensor, holdsAll, isFloatType, shapeFault } from './tensor-fit.js';

export interface Difference {
  /** breaking: who speaks with the baseline can't speak so with the candidate. */
  readonly kind: 'breaking' | 'compatible';
  readonly text: string;
}

type Signature = Pick<ModelMetadata, 'inputs' | 'outputs'>;

/** What differs between two signatures, as those see it who now send to the baseline and read its answers. */
export function signatureDifferences(candidate: Signature, baseline: Signature): Difference[] {
  return [
    ...byName(candidate.inputs, baseline.inputs, 'input', inputDifference, 'breaking'),
    ...byName(candidate.outputs, baseline.outputs, 'output', outputDifference, 'compatible'),
    ...predictionDifference(candidate, baseline),
  ];
}

function byName(
  candidate: readonly TensorMetadata[],
  baseline: readonly TensorMetadata[],
  what: 'input' | 'output',
  differ: (ours: TensorMetadata, theirs: TensorMetadata) => Difference | null,
  whenNew: Difference['kind'],
): Difference[] {
  // One that says nothing of this side can't be compared with.
  if (candidate.length === 0 || baseline.length === 0) return [];
  const gone = baseline.filter(({ name }) => candidate.every((one) => one.name !== name));
  const fresh = candidate.filter(({ name }) => baseline.every((one) => one.name !== name));
  const changed = candidate.flatMap((ours) => {
    const theirs = baseline.find(({ name }) => name === ours.name);
    return theirs === undefined ? [] : (differ(ours, theirs) ?? []);
  });
  return [
    ...gone.map(
      (one): Difference => ({ kind: 'breaking', text: `${what} ${one.name} (${describeTensor(one)}) is gone` }),
    ),
    ...fresh.map((one): Difference => ({ kind: whenNew, text: `${what} ${one.name} (${describeTensor(one)}) is new` })),
    ...changed,
  ];
}

/** An input may take more than before. */
function inputDifference(ours: TensorMetadata, theirs: TensorMetadata): Difference | null {
  if (describeTensor(ours) === describeTensor(theirs)) return null;
  const fault = shapeFault(ours.shape, theirs.shape);
  const isNarrower = !holdsAll(ours.datatype, theirs.datatype);
  const why = [
    ...(isNarrower ? [`${ours.datatype} does not hold all of ${theirs.datatype}`] : []),
    ...(fault === null ? [] : [fault]),
  ];
  return differenceOf('input', ours, theirs, why);
}

/** An output may promise more than before. Floats differ in precision alone, and an open size is judged by the answers. */
function outputDifference(ours: TensorMetadata, theirs: TensorMetadata): Difference | null {
  if (describeTensor(ours) === describeTensor(theirs)) return null;
  const areFloats = isFloatType(ours.datatype) && isFloatType(theirs.datatype);
  const isWider = !areFloats && !holdsAll(theirs.datatype, ours.datatype);
  const promised = ours.shape.map((size, at) => (size === -1 ? (theirs.shape[at] ?? size) : size));
  const fault = shapeFault(theirs.shape, promised);
  const why = [
    ...(isWider ? [`${theirs.datatype} does not hold all of ${ours.datatype}`] : []),
    ...(fault === null ? [] : ['its shape is another']),
  ];
  return differenceOf('output', ours, theirs, why);
}

function differenceOf(what: string, ours: TensorMetadata, theirs: TensorMetadata, why: readonly string[]): Difference {
  const text = `${what} ${ours.name} is ${describeTensor(ours)}, the baseline's ${describeTensor(theirs)}`;
  return why.length === 0 ? { kind: 'compatible', text } : { kind: 'breaking', text: `${text}: ${why.join(', ')}` };
}

/** Where the prediction is read from: with the outputs in another order, it is another one. */
function predictionDifference(candidate: Signature, baseline: Signature): Difference[] {
  const [ours, theirs] = [labelOutput(candidate.outputs)?.name, labelOutput(baseline.outputs)?.name];
  if (ours === undefined || theirs === undefined || ours === theirs) return [];
  return [{ kind: 'breaking', text: `the prediction is read from output ${ours}, the baseline's from ${theirs}` }];
}
