"""The native format of ``/api/v1/export/native``: names are rewritten, blocks of samples pass as they came."""
