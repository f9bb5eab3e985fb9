import type { NextConfig } from 'next';

/** NEXT_DIST_DIR lets several builds of one checkout stand side by side. */
const config: NextConfig = {
  distDir: process.env['NEXT_DIST_DIR'] ?? '.next',
  transpilePackages: ['@nabla/domain'],
  reactStrictMode: true,
  poweredByHeader: false,
  devIndicators: false,
  // Types are checked by `pnpm typecheck`; checking them a second time here would double the build.
  typescript: { ignoreBuildErrors: true },
  // Compression, cache headers and the security headers are the business of src/main.ts.
  compress: true,
};

export default config;
