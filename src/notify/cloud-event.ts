import type { Notice } from '../domain/notice.js';

/** A CloudEvent 1.0 in its structured JSON form. `source` and `id` together are unique. */
export interface CloudEvent<Data> {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  /** `dev.sluice.rollout.<event>.v1` or `dev.sluice.incident.<event>.v1`: the version is that of `data`. */
  readonly type: string;
  readonly subject: string;
  readonly time: string;
  readonly datacontenttype: 'application/json';
  readonly data: Data;
}

export type SluiceCloudEvent = CloudEvent<Omit<Notice, 'id' | 'at'>>;

export const CLOUD_EVENT_TYPE = 'application/cloudevents+json; charset=utf-8';

/** Source: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md and formats/json-format.md */
export function cloudEvent({ id, at, ...data }: Notice): SluiceCloudEvent {
  return {
    specversion: '1.0',
    id,
    source: `/sluice/rollouts/${data.service}`,
    type: `dev.sluice.rollout.${data.event}.v1`,
    subject: data.rolloutId,
    time: at,
    datacontenttype: 'application/json',
    data,
  };
}
