"""What several faces of records show: JSON, files to download, filters and forms."""
