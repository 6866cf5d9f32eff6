import type { Client } from '@temporalio/client';
import { connectTemporal, type TemporalLink, type TemporalSettings } from './connection.js';

export interface LazyLink {
  /** @throws {SluiceError} TEMPORAL_UNAVAILABLE */
  client(): Promise<Client>;
  close(): Promise<void>;
}

export interface LazyLinkOptions {
  readonly connectTimeoutMs: number;
  /** How long a server that did not answer is left alone; until then the failure is the answer. */
  readonly retryAfterMs?: number;
}

/** Connects once somebody asks, and again where that has failed: whoever holds this can start while Temporal is down. */
export function openLazyLink(settings: () => TemporalSettings, options: LazyLinkOptions): LazyLink {
  const { connectTimeoutMs, retryAfterMs = 0 } = options;
  let link: Promise<TemporalLink> | null = null;
  let failedAt: number | null = null;
  const connect = async () => {
    try {
      return await connectTemporal(settings(), connectTimeoutMs);
    } catch (error) {
      failedAt = performance.now();
      throw error;
    }
  };
  return {
    async client() {
      if (link === null || (failedAt !== null && performance.now() - failedAt >= retryAfterMs)) {
        failedAt = null;
        link = connect();
      }
      return (await link).client;
    },
    async close() {
      const open = await link?.catch(() => null);
      await open?.close();
    },
  };
}
