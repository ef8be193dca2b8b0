/// Tables.
