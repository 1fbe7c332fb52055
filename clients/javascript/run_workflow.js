#!/usr/bin/env node
// Stores a workflow file, runs it through the Gateway, shows its progress and prints its results.
//
// usage: run_workflow.js --server HOST:PORT --key KEY --workflow FILE [--child FILE] [--inputs JSON] [--output FILE]
//
// --output writes {"runId", "workflow", "state", "outputs"}: tables are lists of row objects. Exit status: 0 succeeded, 1 wrong usage or
// refused, 2 the run failed, 3 the Gateway cannot be reached.
import fs from "node:fs";
import { parseArgs } from "node:util";
import { Client, RunFailed, status } from "./lib/client.js";

const SHOWN_ROWS_MAX = 20;

async function main() {
  const { values: options } = parseArgs({
    options: {
      server: { type: "string" },
      key: { type: "string" },
      workflow: { type: "string" },
      child: { type: "string", multiple: true, default: [] },
      inputs: { type: "string", default: "{}" },
      output: { type: "string" },
      timeout: { type: "string", default: "600" },
    },
  });
  for (const name of ["server", "key", "workflow"]) {
    if (!options[name]) throw new Error(`--${name} is required.`);
  }

  const client = new Client(options.server, options.key);
  try {
    for (const child of options.child) await client.storeWorkflow(fs.readFileSync(child, "utf8"));
    const workflow = await client.storeWorkflow(fs.readFileSync(options.workflow, "utf8"));
    let run = await client.start(workflow.definition.name, JSON.parse(options.inputs));
    console.log(`run ${run.runId} of ${workflow.definition.name} version ${workflow.version}`);
    run = await client.watch(run.runId, showEvent, Number(options.timeout));
    const outputs = await client.results(run, workflow.definition);
    for (const [name, value] of Object.entries(outputs)) {
      console.log(`\n${name}`);
      if (Array.isArray(value)) console.table(value.slice(0, SHOWN_ROWS_MAX));
      else console.log(JSON.stringify(value, null, 2));
    }
    if (options.output) {
      const result = { runId: run.runId, workflow: run.workflowName, state: run.state, outputs };
      fs.writeFileSync(options.output, JSON.stringify(result, null, 1));
    }
  } finally {
    client.close();
  }
}

function showEvent(event) {
  const rows = Number(event.step?.metrics?.rowsOut ?? 0);
  const error = event.error ? `${event.error.reason}: ${event.error.message}` : "";
  const parts = [event.sequence.padStart(4), event.type, event.nodeId, rows ? `(${rows} rows)` : "", event.message, error];
  console.log(`  ${parts.filter((part) => part).join(" ")}`);
}

main().catch((error) => {
  const isRpc = typeof error.code === "number";
  console.error(isRpc ? `${status[error.code]}: ${error.details}` : error.message);
  process.exitCode = error instanceof RunFailed ? 2 : isRpc && error.code === status.UNAVAILABLE ? 3 : 1;
});
