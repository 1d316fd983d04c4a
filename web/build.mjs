// Builds the page that `share` and `serve` fill in: gomoku_zero/web/page.html.
//   node build.mjs            writes it
//   node build.mjs --check    fails if the committed file is not what the sources give
//   node build.mjs --node ENTRY FILE   writes a program for Node, such as test/golden.ts, as one file
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";
import * as esbuild from "esbuild";

const here = path.dirname(fileURLToPath(import.meta.url));
const target = path.join(here, "..", "gomoku_zero", "web", "page.html");
const scratch = mkdtempSync(path.join(tmpdir(), "gomoku-zero-web-"));

const kernel = path.join(scratch, "kernel.wasm");
const options = {
  bundle: true,
  write: false,
  format: "esm",
  target: "es2022",
  minify: true,
  legalComments: "none",
  charset: "utf8",
  loader: { ".wasm": "binary" },
  jsx: "automatic",
  jsxImportSource: "preact",
  absWorkingDir: here,
  plugins: [
    {
      name: "kernel",
      setup: (build) => build.onResolve({ filter: /kernel\.wasm$/ }, () => ({ path: kernel })),
    },
  ],
};

async function bundle(entry, more = {}) {
  const { outputFiles } = await esbuild.build({ ...options, entryPoints: [path.join(here, entry)], ...more });
  return outputFiles[0].text;
}

async function compileKernel() {
  const { error, stderr } = await asc.main([
    ...[path.relative(process.cwd(), path.join(here, "src/kernel/patterns.ts")), "-O3", "--runtime", "stub"],
    ...["--enable", "simd", "--noAssert", "--use", "abort=", "-o", path.relative(process.cwd(), kernel)],
  ]);
  if (error !== null) throw new Error(stderr.toString());
}

function hashOf(text) {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}

async function page() {
  const worker = await bundle("src/engine/worker.ts", { format: "iife" });
  const script = await bundle("src/page/main.tsx", {
    format: "iife",
    define: { WORKER_SOURCE: JSON.stringify(worker) },
  });
  const style = (
    await esbuild.transform(readFileSync(path.join(here, "src/page/style.css"), "utf8"), { loader: "css", minify: true })
  ).code.trim();
  const fill = {
    SCRIPT: script.trim(),
    STYLE: style,
    SCRIPT_HASH: hashOf(script.trim()),
    STYLE_HASH: hashOf(style),
  };
  const template = readFileSync(path.join(here, "src/page/page.html"), "utf8");
  return template.replace(/\{\{([A-Z_]+)\}\}/g, (whole, name) => fill[name] ?? whole);
}

try {
  await compileKernel();
  const [mode, entry, file] = process.argv.slice(2);
  if (mode === "--node") {
    writeFileSync(file, await bundle(entry, { platform: "node", minify: false }));
  } else {
    const text = await page();
    if (mode === "--check") {
      if (readFileSync(target, "utf8") !== text) {
        console.error("gomoku_zero/web/page.html is not what web/ builds: run `npm run build` there and commit it");
        process.exitCode = 1;
      }
    } else {
      mkdirSync(path.dirname(target), { recursive: true });
      writeFileSync(target, text);
      console.log(`${path.relative(process.cwd(), target)}: ${Buffer.byteLength(text)} bytes`);
    }
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
