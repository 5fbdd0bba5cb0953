package main

func measureBootstrap(folder string) ([]figure, error) { return nil, nil }
func measurePulls(folder string) ([]figure, error) { return nil, nil }
func measureBrowser(folder string) ([]figure, error) { return nil, nil }
