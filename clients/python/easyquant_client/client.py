"""A client of the Gateway."""

import time
import uuid

import grpc
from google.protobuf import json_format, struct_pb2

from easyquant.run.v1 import run_pb2, run_service_pb2, run_service_pb2_grpc
from easyquant.workflow.v1 import workflow_definition_pb2, workflow_service_pb2, workflow_service_pb2_grpc

from .tables import rows_of

_MESSAGE_BYTES_MAX = 16 * 1024 * 1024
_ENDED = (run_pb2.RUN_STATE_SUCCEEDED, run_pb2.RUN_STATE_FAILED, run_pb2.RUN_STATE_CANCELLED)


class RunFailed(Exception):
    """A run ended otherwise than succeeded."""

    def __init__(self, run):
        super().__init__(f"Run {run.run_id} ended as {run_pb2.RunState.Name(run.state)}: {run.error.reason} {run.error.message}")
        self.run = run


class Client:
    """Calls the platform through the Gateway with an API key. Safe for use by many threads.

    server: "host:port" of the Gateway's gRPC endpoint. key: the API key's text. timeout: seconds for each unary call.
    """

    def __init__(self, server: str, key: str, timeout: float = 60.0):
        self._channel = grpc.insecure_channel(server, options=[("grpc.max_receive_message_length", _MESSAGE_BYTES_MAX)])
        self._metadata = (("authorization", f"Bearer {key}"),)
        self._timeout = timeout
        self.workflows = workflow_service_pb2_grpc.WorkflowServiceStub(self._channel)
        self.runs = run_service_pb2_grpc.RunServiceStub(self._channel)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self) -> None:
        """Closes the connection."""
        self._channel.close()

    def call(self, method, request):
        """Makes a unary call with the key and the time-out."""
        return method(request, metadata=self._metadata, timeout=self._timeout)

    def store_workflow(self, text: str):
        """Stores a workflow file, or its next version when the name is taken. Returns the stored version."""
        definition = json_format.Parse(text, workflow_definition_pb2.WorkflowDefinition())
        try:
            request = workflow_service_pb2.CreateWorkflowRequest(definition=definition)
            return self.call(self.workflows.CreateWorkflow, request).workflow
        except grpc.RpcError as error:
            if error.code() != grpc.StatusCode.ALREADY_EXISTS:
                raise
        request = workflow_service_pb2.UpdateWorkflowRequest(name=definition.name, definition=definition)
        return self.call(self.workflows.UpdateWorkflow, request).workflow

    def start(self, workflow_name: str, inputs: dict, request_id: str = ""):
        """Starts a run. The same request_id starts it once. Returns the accepted run."""
        values = struct_pb2.Struct()
        values.update(inputs)
        spec = run_service_pb2.RunSpec(request_id=request_id or str(uuid.uuid4()), workflow_name=workflow_name, inputs=values)
        return self.call(self.runs.CreateRuns, run_service_pb2.CreateRunsRequest(runs=[spec])).runs[0]

    def watch(self, run_id: str, on_event=None, timeout: float = 600.0):
        """Watches a run to its end; a broken stream goes on where it broke. Returns the ended run, raises TimeoutError."""
        sequence = 0
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            try:
                request = run_service_pb2.WatchRunRequest(run_id=run_id, after_sequence=sequence)
                for answer in self.runs.WatchRun(request, metadata=self._metadata, timeout=end - time.monotonic()):
                    if answer.HasField("event"):
                        sequence = answer.event.sequence
                        if on_event:
                            on_event(answer.event)
                run = self.call(self.runs.GetRun, run_service_pb2.GetRunRequest(run_id=run_id)).run
                if run.state in _ENDED:
                    return run
            except grpc.RpcError as error:
                if error.code() not in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.INTERNAL, grpc.StatusCode.DEADLINE_EXCEEDED):
                    raise
            time.sleep(0.5)
        raise TimeoutError(f"Run {run_id} has not ended after {timeout} s.")

    def read_table(self, run_id: str, node_id: str, port: str) -> list:
        """Returns all rows of a step's table as dictionaries."""
        pages, token = [], ""
        while True:
            request = run_service_pb2.ReadStepTableRequest(run_id=run_id, node_id=node_id, port=port, page_size=10000, page_token=token)
            page = self.call(self.runs.ReadStepTable, request)
            pages.append(page.table)
            token = page.next_page_token
            if not token:
                return rows_of(pages)

    def results(self, run, definition) -> dict:
        """Returns the declared outputs of a succeeded run in their order: a table as its rows, anything else as its JSON value.

        Raises RunFailed when the run did not succeed.
        """
        if run.state != run_pb2.RUN_STATE_SUCCEEDED:
            raise RunFailed(run)
        values = json_format.MessageToDict(run.outputs)
        results = {}
        for output in definition.outputs:
            value = values.get(output.name)
            if isinstance(value, dict) and set(value) == {"table"}:
                node_id, port = getattr(output, "from").split(".", 1)
                value = self.read_table(run.run_id, node_id, port)
            results[output.name] = value
        return results
