/// CEL.
