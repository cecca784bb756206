"""Answer how an event travelled."""

from flask import Blueprint, Response, jsonify

from appv2.web.flow.trace import FlowTrace
from appv2.web.parameters import expect_only


def blueprint(trace: FlowTrace) -> Blueprint:
    """Return `/api/flow/{flow_id}`."""
    flow = Blueprint("flow", __name__)

    @flow.get("/api/flow/<flow_id>")
    def checkpoints(flow_id: str) -> Response:
        expect_only()
        return jsonify(trace.of(flow_id))

    return flow
