"""What moto 5.2 does otherwise than AWS, mended where Terraform's AWS provider trips over it."""

from moto.ec2.models.subnets import Subnet
from moto.moto_api._internal import mock_random
from moto.rds import models

init = models.DBInstance.__init__
filter_value = Subnet.get_filter_value


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


def filter_value_with_ipv6(self, filter_name, method_name=None):
    """The provider waits for a range of IPv6 by the ID of its association, which is no filter otherwise."""
    if filter_name == "ipv6-cidr-block-association.association-id":
        return list(self.ipv6_cidr_block_associations)
    return filter_value(self, filter_name, method_name)


def ipv6_ranges(self):
    """The state of a range is a word, not a dictionary in the place of one."""
    return [
        {
            "ipv6CidrBlock": association["ipv6CidrBlock"],
            "associationId": association["associationId"],
            "ipv6CidrBlockState": {"state": association["ipv6CidrBlockState"]["State"]},
        }
        for association in self.ipv6_cidr_block_associations.values()
        if association["ipv6CidrBlockState"]["State"] == "associated"
    ]


models.DBInstance.__init__ = init_with_an_id_of_its_own
models.RDSBackend.remove_from_global_cluster = remove_from_global_cluster
Subnet.get_filter_value = filter_value_with_ipv6
Subnet.ipv6_cidr_block_association_set = property(ipv6_ranges)
