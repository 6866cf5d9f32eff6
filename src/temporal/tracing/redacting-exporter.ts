import type { Attributes, AttributeValue } from '@opentelemetry/api';
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';

/** Userinfo, and what follows the path, of any URL in a text. */
const USERINFO = /(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/?#@"'<>]*@/gi;
const QUERY = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s?#"'<>]*)[?#][^\s"'<>]*/gi;
const BEARER = /\b(bearer|basic)\s+[\w.~+/=-]+/gi;

/** A text without what could be a secret: credentials and queries of URLs, bearer tokens. */
export function redact(text: string): string {
  return text.replace(USERINFO, '$1').replace(QUERY, '$1').replace(BEARER, '$1 …');
}

/** Sends spans without secrets. Says once that the collector can't be reached, and once more after it could be. */
export function redactingExporter(inner: SpanExporter, report: (line: string) => void): SpanExporter {
  let failing = false;
  const told = (result: ExportResult) => {
    const fails = result.code === ExportResultCode.FAILED;
    if (fails && !failing)
      report(`traces can not be sent: ${redact(result.error?.message || 'no answer of the collector')}`);
    failing = fails;
  };
  return {
    export: (spans, done) =>
      inner.export(spans.map(redacted), (result) => {
        told(result);
        done(result);
      }),
    shutdown: () => inner.shutdown(),
    forceFlush: async () => inner.forceFlush?.(),
  };
}

function redacted(span: ReadableSpan): ReadableSpan {
  // The prototype's methods and the fields that stay, with three of them covered.
  return Object.create(span, {
    attributes: { value: plain(span.attributes), enumerable: true },
    status: { value: { ...span.status, ...(span.status.message && { message: redact(span.status.message) }) } },
    events: {
      value: span.events.map((event) => ({ ...event, attributes: plain(event.attributes ?? {}) })),
      enumerable: true,
    },
  }) as ReadableSpan;
}

/** The SDK adds all it knows of a workflow, memo and search attributes among it: only words and numbers stay. */
function plain(attributes: Attributes): Attributes {
  const kept: Attributes = {};
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'string') kept[name] = redact(value);
    else if (isNumberOrFlag(value)) kept[name] = value;
  }
  return kept;
}

function isNumberOrFlag(value: AttributeValue | undefined): boolean {
  return typeof value === 'number' || typeof value === 'boolean';
}
