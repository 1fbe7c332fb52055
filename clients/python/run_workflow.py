#!/usr/bin/python3
"""Stores a workflow file, runs it through the Gateway, shows its progress and prints its results.

usage: run_workflow.py --server HOST:PORT --key KEY --workflow FILE [--child FILE] [--inputs JSON] [--output FILE]

--output writes {"runId", "workflow", "state", "outputs"}: tables are lists of row objects. Exit status: 0 succeeded, 1 wrong
usage or refused, 2 the run failed, 3 the Gateway cannot be reached.
"""

import argparse
import json
import pathlib
import sys

import grpc

from easyquant_client import Client, RunFailed
from easyquant.run.v1 import run_pb2

SHOWN_ROWS_MAX = 20


def main() -> int:
    arguments = parse()
    try:
        with Client(arguments.server, arguments.key) as client:
            for child in arguments.child:
                client.store_workflow(pathlib.Path(child).read_text(encoding="utf-8"))
            workflow = client.store_workflow(pathlib.Path(arguments.workflow).read_text(encoding="utf-8"))
            run = client.start(workflow.definition.name, json.loads(arguments.inputs))
            print(f"run {run.run_id} of {workflow.definition.name} version {workflow.version}")
            run = client.watch(run.run_id, show_event, arguments.timeout)
            outputs = client.results(run, workflow.definition)
    except RunFailed as failed:
        print(failed, file=sys.stderr)
        return 2
    except grpc.RpcError as error:
        print(f"{error.code().name}: {error.details()}", file=sys.stderr)
        return 3 if error.code() == grpc.StatusCode.UNAVAILABLE else 1
    for name, value in outputs.items():
        print(f"\n{name}")
        print_table(value) if is_table(value) else print(json.dumps(value, ensure_ascii=False, indent=2))
    if arguments.output:
        result = {"runId": run.run_id, "workflow": run.workflow_name, "state": run_pb2.RunState.Name(run.state), "outputs": outputs}
        pathlib.Path(arguments.output).write_text(json.dumps(result, ensure_ascii=False, indent=1), encoding="utf-8")
    return 0


def parse():
    parser = argparse.ArgumentParser(description="Runs a workflow through the Gateway.")
    parser.add_argument("--server", required=True, help="host:port of the Gateway's gRPC endpoint")
    parser.add_argument("--key", required=True, help="API key: eq_...")
    parser.add_argument("--workflow", required=True, help="workflow file")
    parser.add_argument("--child", action="append", default=[], help="workflow file that the workflow calls; may be given again")
    parser.add_argument("--inputs", default="{}", help="inputs as a JSON object")
    parser.add_argument("--output", help="file for the results as JSON")
    parser.add_argument("--timeout", type=float, default=600.0, help="seconds to wait for the run")
    return parser.parse_args()


def show_event(event) -> None:
    rows = f" ({event.step.metrics.rows_out} rows)" if event.HasField("step") and event.step.metrics.rows_out else ""
    error = f" {event.error.reason}: {event.error.message}" if event.HasField("error") else ""
    print(f"  {event.sequence:4} {event.type} {event.node_id}{rows} {event.message}{error}".rstrip())


def is_table(value) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(row, dict) for row in value)


def print_table(rows: list) -> None:
    names = list(rows[0])
    cells = [[text_of(row.get(name)) for name in names] for row in rows[:SHOWN_ROWS_MAX]]
    widths = [max(len(name), *(len(line[i]) for line in cells)) for i, name in enumerate(names)]
    print("  ".join(name.ljust(width) for name, width in zip(names, widths)).rstrip())
    for line in cells:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip())
    if len(rows) > SHOWN_ROWS_MAX:
        print(f"... {len(rows)} rows in all")


def text_of(value) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    return "" if value is None else json.dumps(value, ensure_ascii=False) if isinstance(value, (dict, list)) else str(value)


if __name__ == "__main__":
    sys.exit(main())
