"""Answer how an event travelled."""

from flask import Blueprint, Response, jsonify

from appv2.web.flow.trace import FlowTrace


def blueprint(trace: FlowTrace) -> Blueprint:
    """Return `/api/flow/{flow_id}`."""
    flow = Blueprint("flow", __name__)

    @flow.get("/api/flow/<flow_id>")
    def checkpoints(flow_id: str) -> Response:
        return jsonify(trace.of(flow_id))

    return flow
