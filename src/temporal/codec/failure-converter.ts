import { DefaultFailureConverter } from '@temporalio/common';

/** Messages and stack traces of failures become a payload, so that the codec covers them as well. Loaded by the SDK by its path. */
export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
