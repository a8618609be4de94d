"""The sandbox: a stand-in CRM over HTTP on loopback, and a generated company to put into it."""
