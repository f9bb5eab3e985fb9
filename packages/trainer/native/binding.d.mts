/** Name of the first C++ compiler that answers. */
export function findCompiler(): string | null;
