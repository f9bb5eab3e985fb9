/** Request header in which src/main.ts tells the pages their own path and query: Next does not. */
export const PATH_HEADER = 'x-nabla-path';
