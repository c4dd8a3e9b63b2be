"""Caches for slow parts of moto. Python uses one processor, and without them an execution would use it for seconds."""

import functools

import botocore.loaders

# Quirk: moto makes a session of boto3 for a list of regions, many times, and each session reads botocore's large files anew.
botocore.loaders.JSONFileLoader.load_file = functools.cache(botocore.loaders.JSONFileLoader.load_file)

import jsonpath_ng
import jsonpath_ng.ext
import moto.backends

# Quirk: every evaluation of a path builds a parser with all its tables, which takes 10 ms. The paths are few, and parsed paths have no state.
jsonpath_ng.parse = functools.cache(jsonpath_ng.parse)
jsonpath_ng.ext.parse = functools.cache(jsonpath_ng.ext.parse)

# Quirk: every request lists moto's own folder to find the service that it is for.
_moto_modules = list(moto.backends.list_of_moto_modules())
moto.backends.list_of_moto_modules = lambda: _moto_modules
