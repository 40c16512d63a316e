"""Routes: one module per thing of the field. Each names its permission, its errors and an example."""
