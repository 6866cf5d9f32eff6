import { type LogLevel, OTHER_TEMPLATE } from '../../domain/log-line.js';
import type { LogBatch, LogMinute, LogTemplate } from '../../ports/log-store.js';
import type { MinedTemplate } from './template-miner.js';

const LONGEST_SAMPLE = 500;
const MINUTE_MS = 60_000;

interface PlacedLine {
  readonly service: string;
  readonly version: string;
  /** ISO. */
  readonly at: string;
  readonly level: LogLevel;
  readonly message: string;
  readonly template: MinedTemplate;
}

/** Sums lines up into what the store keeps. */
export class BatchBuilder {
  private readonly templates = new Map<string, LogTemplate>();
  private readonly minutes = new Map<string, LogMinute>();

  add({ service, version, at, level, message, template }: PlacedLine): void {
    const minute = new Date(Math.floor(Date.parse(at) / MINUTE_MS) * MINUTE_MS).toISOString();
    const key = JSON.stringify([service, version, minute, template.id, level]);
    const lines = (this.minutes.get(key)?.lines ?? 0) + 1;
    this.minutes.set(key, { service, version, minute, templateId: template.id, level, lines });
    if (template.id !== OTHER_TEMPLATE) this.see(service, template, at, message);
  }

  build(key: LogBatch['key']): LogBatch {
    return { key, templates: [...this.templates.values()], minutes: [...this.minutes.values()] };
  }

  private see(service: string, { id, text }: MinedTemplate, at: string, message: string): void {
    const key = `${service} ${id}`;
    const before = this.templates.get(key);
    this.templates.set(key, {
      service,
      id,
      text,
      sample: before?.sample ?? message.slice(0, LONGEST_SAMPLE),
      firstSeen: before === undefined || at < before.firstSeen ? at : before.firstSeen,
      lastSeen: before === undefined || at > before.lastSeen ? at : before.lastSeen,
    });
  }
}
