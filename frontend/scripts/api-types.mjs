/**
 * Makes src/api/schema.ts from openapi.json (`write`), or says whether they fit (`check`). Where
 * the back end can run, `check` also compares openapi.json with what it says of itself today.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import openapiTS, { astToString } from "openapi-typescript";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const DESCRIPTION = at("../openapi.json");
const TYPES = at("../src/api/schema.ts");
const PYTHON = at("../../.venv/bin/python");
const HEAD = "// Made from openapi.json by `make openapi`; not to be edited by hand.\n\n";

const description = readFileSync(DESCRIPTION, "utf8");
const types =
  HEAD + astToString(await openapiTS(JSON.parse(description), { defaultNonNullable: false }));

if (process.argv[2] === "write") {
  writeFileSync(TYPES, types);
} else {
  if (readFileSync(TYPES, "utf8") !== types) fail("src/api/schema.ts does not fit openapi.json");
  if (existsSync(PYTHON) && today() !== description) {
    fail("openapi.json does not fit the back end");
  }
}

function today() {
  return execFileSync(PYTHON, ["-m", "homepot.openapi"], {
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
}

function fail(problem) {
  console.error(`${problem}: run \`make openapi\` and look at what changed.`);
  process.exit(1);
}
