"""Everything that touches the web: the polite client, the pollers, the Scrapy spiders and each site's rules."""
