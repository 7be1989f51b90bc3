"""Objects without what the API server adds."""

from __future__ import annotations

SERVERS_OWN = ("creationTimestamp", "deletionGracePeriodSeconds", "deletionTimestamp", "generation", "managedFields", "resourceVersion", "selfLink", "uid")
SERVERS_ANNOTATIONS = (
    "kubectl.kubernetes.io/last-applied-configuration",
    # A claim that says it was bound already is never bound again: without its old volume it is lost.
    "pv.kubernetes.io/bind-completed",
    "pv.kubernetes.io/bound-by-controller",
)


def as_written(resource):
    """Return a copy without status and the server's fields of the metadata."""
    written = {key: value for key, value in resource.items() if key != "status"}
    metadata = {key: value for key, value in resource.get("metadata", {}).items() if key not in SERVERS_OWN}
    annotations = {key: value for key, value in (metadata.pop("annotations", None) or {}).items() if key not in SERVERS_ANNOTATIONS}
    if annotations:
        metadata["annotations"] = annotations
    # Owners are known by an identity that another cluster does not have.
    metadata.pop("ownerReferences", None)
    written["metadata"] = metadata
    if resource.get("kind") == "PersistentVolume" and "claimRef" in resource.get("spec", {}):
        claim = {key: value for key, value in resource["spec"]["claimRef"].items() if key not in ("uid", "resourceVersion")}
        written["spec"] = dict(resource["spec"], claimRef=claim)
    return written


class FilterModule:
    """The filters."""

    def filters(self):
        """Return them by name."""
        return {"as_written": as_written}
