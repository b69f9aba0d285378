"""What the help of the commands says of files, and its examples."""

FORMATS = (
    ".mtx, .npz, .csv, .tsv, .txt, .edgelist, .parquet, .edges, .graphml, .gml, .gexf, .dot, .json, .net, .graph, "
)
FORMATS += ".gr, .adjlist, .sif or out.NAME, each also with .gz, or what --format says; - is what comes through a pipe"
OUTPUTS = ".csv, .tsv, .parquet, .gexf or .graphml (Gephi), .cyjs (Cytoscape), .npz (with the provenance) or .html "
OUTPUTS += "(a page to look into it)"
TIMED = ".csv, .tsv, .txt, .edgelist, each also with .gz, or .parquet, with a column of times: numbers or dates"
EXAMPLES = """examples:
  sggraph embed edges.csv -o coords.csv --plot picture.png --labels louvain --names 30
  zcat edges.csv.gz | sggraph embed - -o coords.csv
  sggraph embed --help"""
