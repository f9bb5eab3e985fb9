/** How the database layer tells what it does; the process that opens it decides where that goes. */
export type DatabaseLog = (level: 'info' | 'warn' | 'error', message: string) => void;

/** For callers that want no lines: tests and short scripts. */
export const silentLog: DatabaseLog = () => undefined;
