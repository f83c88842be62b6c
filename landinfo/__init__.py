"""Land price, planning and conversion cost of a parcel in former Bình Dương province, each number with its law."""
