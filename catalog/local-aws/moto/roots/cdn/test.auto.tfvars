# moto issues certificates without asking DNS.
validation_record_names = null
