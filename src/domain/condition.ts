/** What a request or an evaluation context says about itself under one name. Headers carry texts only; JSON carries all of these. */
export type AttributeValue = string | number | boolean | readonly string[];

/** A map and not an object, so that `__proto__` and `constructor` are names like any other. */
export type Attributes = ReadonlyMap<string, AttributeValue>;
