export function findWheel(
  project: string,
  file: string,
): Promise<{ url: string; headers: Record<string, string>; sha256: string | null }>;
