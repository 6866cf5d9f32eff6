import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';

const TEXT = /\.(?:html|js|css|svg)$/;

/** Every text beside itself as .gz and .br, so that the api compresses nothing while it answers. */
function compressed(): Plugin {
  return {
    name: 'compressed',
    apply: 'build',
    enforce: 'post',
    generateBundle(_, bundle) {
      for (const [fileName, file] of Object.entries(bundle)) {
        if (!TEXT.test(fileName)) continue;
        const source = Buffer.from(file.type === 'chunk' ? file.code : file.source);
        const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
        this.emitFile({ type: 'asset', fileName: `${fileName}.gz`, source: gzipSync(source, { level: 9 }) });
        this.emitFile({ type: 'asset', fileName: `${fileName}.br`, source: brotliCompressSync(source, { params }) });
      }
    },
  };
}

/** The page: `npm run build:ui` writes it to dist/ui, from where `sluice api` serves it. */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [compressed()],
  esbuild: { jsx: 'automatic', jsxImportSource: 'preact' },
  build: {
    outDir: '../dist/ui',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    // Its script would be another one before the page's own; the few chunks are small.
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  // For `npx vite ui`: the page from source, the data from an api that runs.
  server: { proxy: { '/v1': process.env['SLUICE_API'] ?? 'http://127.0.0.1:8090' } },
});
