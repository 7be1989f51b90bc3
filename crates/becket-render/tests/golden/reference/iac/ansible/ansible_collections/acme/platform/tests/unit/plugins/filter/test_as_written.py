"""What a backup keeps of an object, and what not."""

from __future__ import annotations

from .....plugins.filter.as_written import as_written

CLAIM = {
    "apiVersion": "v1",
    "kind": "PersistentVolumeClaim",
    "metadata": {
        "name": "data",
        "namespace": "prod",
        "uid": "1",
        "resourceVersion": "2",
        "ownerReferences": [{"uid": "3"}],
        "annotations": {
            "kubectl.kubernetes.io/last-applied-configuration": "{}",
            "pv.kubernetes.io/bind-completed": "yes",
            "pv.kubernetes.io/bound-by-controller": "yes",
            "team": "shop",
        },
    },
    "spec": {"volumeName": "pv-1"},
    "status": {"phase": "Bound"},
}


def test_what_the_server_adds_goes():
    """A claim keeps what somebody wrote, and the name of its volume, but not that it was bound."""
    assert as_written(CLAIM) == {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "data", "namespace": "prod", "annotations": {"team": "shop"}},
        "spec": {"volumeName": "pv-1"},
    }


def test_the_object_itself_stays_as_it_is():
    """The filter returns a copy."""
    as_written(CLAIM)
    assert CLAIM["metadata"]["uid"] == "1" and len(CLAIM["metadata"]["annotations"]) == 4


def test_a_volume_can_be_bound_again():
    """The identity of the claim is another one in another cluster."""
    claim = {"name": "data", "namespace": "prod", "uid": "1", "resourceVersion": "2"}
    volume = {"kind": "PersistentVolume", "metadata": {"name": "pv-1"}, "spec": {"claimRef": claim, "capacity": {"storage": "1Gi"}}}
    assert as_written(volume)["spec"] == {"claimRef": {"name": "data", "namespace": "prod"}, "capacity": {"storage": "1Gi"}}
