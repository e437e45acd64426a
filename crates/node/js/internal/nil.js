/** Whether a value is null or undefined, which Node's options take as one. @param {unknown} value */
export const isNil = (value) => value === null || value === undefined;
