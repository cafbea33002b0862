"""Keys, certificates and the test tree of ISO 15118-20. Pure: instants and key material come in, PEM goes out."""
