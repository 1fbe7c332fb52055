import { randomUUID } from "node:crypto";
import path from "node:path";
import { fileURLToPath } from "node:url";
import grpc from "@grpc/grpc-js";
import protoLoader from "@grpc/proto-loader";
import { rowsOf } from "./tables.js";
import { fromStruct, toDefinition, toStruct } from "./values.js";

const PROTOS = process.env.EQ_PROTOS ?? path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../../../protos");
const MESSAGE_BYTES_MAX = 16 * 1024 * 1024;
const ENDED = ["RUN_STATE_SUCCEEDED", "RUN_STATE_FAILED", "RUN_STATE_CANCELLED"];
const BROKEN = [grpc.status.UNAVAILABLE, grpc.status.INTERNAL, grpc.status.DEADLINE_EXCEEDED];

/** A run ended otherwise than succeeded. */
export class RunFailed extends Error {
  constructor(run) {
    super(`Run ${run.runId} ended as ${run.state}: ${run.error?.reason ?? ""} ${run.error?.message ?? ""}`);
    this.run = run;
  }
}

/** Calls the platform through the Gateway with an API key. */
export class Client {
  /**
   * @param {string} server host:port of the Gateway's gRPC endpoint
   * @param {string} key text of the API key
   * @param {number} timeout seconds for each unary call
   */
  constructor(server, key, timeout = 60) {
    const files = ["easyquant/workflow/v1/workflow_service.proto", "easyquant/run/v1/run_service.proto"];
    const definition = protoLoader.loadSync(files, {
      includeDirs: [PROTOS], longs: String, enums: String, defaults: true, arrays: true, objects: true, oneofs: true,
    });
    const root = grpc.loadPackageDefinition(definition).easyquant;
    const options = { "grpc.max_receive_message_length": MESSAGE_BYTES_MAX };
    this.workflows = new root.workflow.v1.WorkflowService(server, grpc.credentials.createInsecure(), options);
    this.runs = new root.run.v1.RunService(server, grpc.credentials.createInsecure(), options);
    this.timeout = timeout;
    this.metadata = new grpc.Metadata();
    this.metadata.set("authorization", `Bearer ${key}`);
  }

  /** Closes the connections. */
  close() {
    this.workflows.close();
    this.runs.close();
  }

  /** Makes a unary call with the key and the time-out. */
  call(service, method, request) {
    return new Promise((resolve, reject) => {
      service[method](request, this.metadata, { deadline: Date.now() + this.timeout * 1000 }, (error, answer) => (error ? reject(error) : resolve(answer)));
    });
  }

  /** Stores a workflow file (its text), or its next version when the name is taken. Returns the stored version. */
  async storeWorkflow(text) {
    const definition = toDefinition(JSON.parse(text));
    try {
      return (await this.call(this.workflows, "CreateWorkflow", { definition })).workflow;
    } catch (error) {
      if (error.code !== grpc.status.ALREADY_EXISTS) throw error;
      return (await this.call(this.workflows, "UpdateWorkflow", { name: definition.name, definition })).workflow;
    }
  }

  /** Starts a run. The same requestId starts it once. Returns the accepted run. */
  async start(workflowName, inputs, requestId = randomUUID()) {
    const runs = [{ requestId, workflowName, inputs: toStruct(inputs) }];
    return (await this.call(this.runs, "CreateRuns", { runs })).runs[0];
  }

  /** Watches a run to its end; a broken stream goes on where it broke. Returns the ended run. */
  async watch(runId, onEvent = () => {}, timeout = 600) {
    const end = Date.now() + timeout * 1000;
    let afterSequence = "0";
    while (Date.now() < end) {
      try {
        for await (const { event } of this.runs.watchRun({ runId, afterSequence }, this.metadata, { deadline: end })) {
          if (event) {
            afterSequence = event.sequence;
            onEvent(event);
          }
        }
        const { run } = await this.call(this.runs, "GetRun", { runId });
        if (ENDED.includes(run.state)) return run;
      } catch (error) {
        if (!BROKEN.includes(error.code)) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    throw new Error(`Run ${runId} has not ended after ${timeout} s.`);
  }

  /** Returns all rows of a step's table as objects. */
  async readTable(runId, nodeId, port) {
    const pages = [];
    let pageToken = "";
    do {
      const page = await this.call(this.runs, "ReadStepTable", { runId, nodeId, port, pageSize: 10_000, pageToken });
      pages.push(page.table);
      pageToken = page.nextPageToken;
    } while (pageToken);
    return rowsOf(pages);
  }

  /** Returns the declared outputs of a succeeded run in their order: a table as its rows, anything else as its JSON value. */
  async results(run, definition) {
    if (run.state !== "RUN_STATE_SUCCEEDED") throw new RunFailed(run);
    const values = fromStruct(run.outputs);
    const results = {};
    for (const output of definition.outputs) {
      let value = values[output.name] ?? null;
      if (value && typeof value === "object" && Object.keys(value).join() === "table") {
        const dot = output.from.indexOf(".");
        value = await this.readTable(run.runId, output.from.slice(0, dot), output.from.slice(dot + 1));
      }
      results[output.name] = value;
    }
    return results;
  }
}

/** Status codes of gRPC. */
export const status = grpc.status;
