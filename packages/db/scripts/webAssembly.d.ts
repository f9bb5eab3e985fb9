/** The part of WebAssembly used here. Node's types leave it to the DOM library, which nothing else in this package may see. */
declare namespace WebAssembly {
  type Exports = Record<string, unknown>;
  type Imports = Record<string, Record<string, unknown>>;
  function instantiate(bytes: Uint8Array, imports: Imports): Promise<{ instance: { exports: Exports } }>;
}
