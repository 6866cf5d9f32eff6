/** Hashes that can assign units: our own choice first, then those of proxies that may take over, HAProxy and Envoy. */
export const HASHES = ['murmur3', 'xxh32', 'xxh64'] as const;
export type HashName = (typeof HASHES)[number];
