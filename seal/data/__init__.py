"""The data of seals and seal signatures, to the byte 数据格式 (GB/T 38540-2020, GM/T 0031)."""
