// Compresses the built page once, as far as it goes, so that no request has to: each file that gains by it gets a .br and a .gz beside it.
import { readFileSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const built = join(dirname(dirname(fileURLToPath(import.meta.url))), 'dist');
const compressible = ['.css', '.html', '.js', '.json', '.map', '.mjs', '.svg', '.txt'];

for (const file of readdirSync(built, { recursive: true }).map((name) => join(built, name))) {
  if (!statSync(file).isFile() || !compressible.includes(extname(file))) continue;
  const content = readFileSync(file);
  const brotli = brotliCompressSync(content, {
    params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY, [constants.BROTLI_PARAM_SIZE_HINT]: content.length },
  });
  const gzip = gzipSync(content, { level: constants.Z_BEST_COMPRESSION });
  for (const [suffix, compressed] of [['.br', brotli], ['.gz', gzip]]) {
    if (compressed.length < content.length) writeFileSync(file + suffix, compressed);
  }
}

// Who asks whether the page is built looks at this file's time: it must be the last.
const now = new Date();
utimesSync(join(built, 'index.html'), now, now);
