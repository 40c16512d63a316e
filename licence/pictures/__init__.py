"""Pictures in licences 证照图片: portraits of holders and the like, put forward before a licence that shows them."""
