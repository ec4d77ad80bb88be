// Builds the page into dist/: `npm ci` when the lock file changed since the last time, then `npm run build`.
// MSBuild runs it (Frontend.targets), several builds may do so at once: one works, the others wait for it and find the work done.
//
// Exit codes: 0 built; 10 Node is too old; 11 the packages cannot be had: of these the caller warns and goes on.
// Anything else: the page itself is wrong.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, existsSync, linkSync, mkdirSync, openSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const NODE_TOO_OLD = 10;
const NO_PACKAGES = 11;
const project = dirname(dirname(fileURLToPath(import.meta.url)));
const at = (...parts) => join(project, ...parts);

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.log(`Node.js ${process.versions.node} is too old to build the page: 20.19 or newer is needed.`);
  process.exit(NODE_TOO_OLD);
}

process.chdir(project);
const release = await takeTurn(at('obj', 'frontend.lock'));
try {
  process.exitCode = run();
} finally {
  release();
}

function run() {
  if (isUpToDate()) return 0;
  const lockHash = createHash('sha256').update(readFileSync(at('package.json'))).update(readFileSync(at('package-lock.json'))).digest('hex');
  const installed = at('node_modules', '.installed');
  if (!existsSync(installed) || readFileSync(installed, 'utf8') !== lockHash) {
    announce('Installing the npm packages of the test frontend (the first time, and when they change; about 20 s) ...');
    // A machine without a network is told so soon, not after npm's usual minutes.
    const quick = ['--fetch-retries=2', '--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=5000', '--fetch-timeout=60000'];
    if (npm(['ci', ...quick]) !== 0) return NO_PACKAGES;
    writeFileSync(installed, lockHash);
  }
  return npm(['run', 'build']);
}

/** `dotnet run` hides what a build prints: whoever waits at a terminal is told there. */
function announce(text) {
  console.log(text);
  let terminal;
  try {
    terminal = openSync(process.platform === 'win32' ? '\\\\.\\CONOUT$' : '/dev/tty', 'w');
  } catch {
    return; // nobody waits at a terminal
  }
  writeSync(terminal, `\r${text}\n`);
  closeSync(terminal);
}

/** Runs npm and shows what it said only when it failed. */
function npm(args) {
  const { status, stdout, stderr, error } = spawnSync('npm', args, { encoding: 'utf8', shell: process.platform === 'win32' });
  if (status !== 0) console.log(`npm ${args[0]} failed:\n${error?.message ?? ''}${stdout ?? ''}${stderr ?? ''}`);
  return error ? NO_PACKAGES : (status ?? 1);
}

function isUpToDate() {
  const page = at('dist', 'index.html');
  if (!existsSync(page)) return false;
  const builtAt = statSync(page).mtimeMs;
  const sources = ['package.json', 'package-lock.json', 'index.html', 'tsconfig.json', 'vite.config.ts', 'build', 'src', 'public'];
  return sources.flatMap((name) => filesOf(at(name))).every((file) => statSync(file).mtimeMs <= builtAt);
}

function filesOf(path) {
  return statSync(path).isDirectory() ? readdirSync(path).flatMap((name) => filesOf(join(path, name))) : [path];
}

/** Waits until no other build holds the lock, then holds it. A holder that died is found by its process id. */
async function takeTurn(path) {
  mkdirSync(dirname(path), { recursive: true });
  const mine = `${path}.${process.pid}`;
  writeFileSync(mine, String(process.pid));
  try {
    for (;;) {
      try {
        linkSync(mine, path); // atomic, and the file is never seen without its content
        return () => rmSync(path, { force: true });
      } catch (error) {
        if (error.code !== 'EEXIST') throw error;
      }
      if (!isAlive(holderOf(path))) rmSync(path, { force: true });
      else await delay(200);
    }
  } finally {
    rmSync(mine, { force: true });
  }
}

function holderOf(path) {
  try {
    return Number(readFileSync(path, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return undefined; // just released
    throw error;
  }
}

function isAlive(pid) {
  if (pid === undefined) return true; // look again
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
