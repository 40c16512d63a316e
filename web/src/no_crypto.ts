/** Stands in for Node's module of that name, which no browser has. Whoever only verifies needs no random numbers. */
export const webcrypto = undefined;
