"""The real thing: one payment service over gRPC and over REST, in processes of its own, on this machine only."""
