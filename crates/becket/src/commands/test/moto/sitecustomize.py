"""moto 5.2 gives every database instance the same resource ID, by which the AWS provider reads them: here each has its own."""

from moto.moto_api._internal import mock_random
from moto.rds import models

init = models.DBInstance.__init__


def init_with_an_id_of_its_own(self, *args, **kwargs):
    init(self, *args, **kwargs)
    self.dbi_resource_id = f"db-{mock_random.get_random_string(26).upper()}"


models.DBInstance.__init__ = init_with_an_id_of_its_own
