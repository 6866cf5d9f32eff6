import { type Config, readConfig } from '../config.js';
import { connectTemporal, type TemporalLink, temporalSettings } from '../temporal/connection.js';

/** Connects for the length of one command. */
export async function withTemporal<T>(body: (link: TemporalLink, config: Config) => Promise<T>): Promise<T> {
  const link = await connectTemporal(temporalSettings());
  try {
    return await body(link, readConfig());
  } finally {
    await link.close();
  }
}
