"""What moto 5.2 does otherwise than AWS, mended where Terraform's AWS provider trips over it."""

from moto.moto_api._internal import mock_random
from moto.rds import models

init = models.DBInstance.__init__


def init_with_an_id_of_its_own(self, *args, **kwargs):
    """Every instance has the same resource ID otherwise, by which the provider reads them."""
    init(self, *args, **kwargs)
    self.dbi_resource_id = f"db-{mock_random.get_random_string(26).upper()}"


def remove_from_global_cluster(self, global_cluster_identifier, db_cluster_identifier):
    """A global cluster is of no region: a member, named by ID or ARN, leaves it from its own; it never goes otherwise."""
    for backend in models.rds_backends[self.account_id].values():
        found = backend.global_clusters.get(global_cluster_identifier)
        if found:
            found.members = [
                member
                for member in found.members
                if db_cluster_identifier not in (member.db_cluster_identifier, member.db_cluster_arn)
            ]
            return found
    return None


models.DBInstance.__init__ = init_with_an_id_of_its_own
models.RDSBackend.remove_from_global_cluster = remove_from_global_cluster
