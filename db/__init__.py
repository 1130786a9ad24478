"""The archive: schema, migrations, filing and queries; the only package that writes SQL."""
