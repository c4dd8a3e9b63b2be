using CentralAmp.Twin.Prometheus;

namespace CentralAmp.Twin.Tests.Prometheus;

public sealed class AptSourcesTests
{
    [Fact]
    public void The_archive_of_the_machines_release_is_found_in_a_stanza_with_its_key()
    {
        const string sources =
            """
            Types: deb
            # a comment
            URIs: http://mirror.example/debian
            Suites: bookworm bookworm-updates
            Components: main
            Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

            Types: deb
            URIs: http://mirror.example/debian-security
            Suites: bookworm-security
            Components: main

            Types: deb
            URIs: https://other.example/node
            Suites: nodistro
            Components: main
            """;

        var archive = Assert.Single(AptSources.Parse([("debian.sources", sources)], "bookworm"));

        Assert.Equal(new AptArchive("http://mirror.example/debian", "signed-by=/usr/share/keyrings/debian-archive-keyring.gpg"), archive);
    }

    [Fact]
    public void One_line_sources_are_read_with_their_options_and_without_what_is_commented_out()
    {
        const string list =
            """
            # deb http://gone.example/debian bookworm main
            deb [arch=amd64 signed-by=/etc/apt/keyrings/d.gpg] http://mirror.example/debian/ bookworm main contrib
            deb-src http://mirror.example/debian bookworm main
            deb http://cloud.example/apt cloud-bookworm main
            """;

        var archive = Assert.Single(AptSources.Parse([("sources.list", list)], "bookworm"));

        Assert.Equal(new AptArchive("http://mirror.example/debian", "signed-by=/etc/apt/keyrings/d.gpg"), archive);
    }

    [Fact]
    public void A_stanza_that_is_switched_off_is_no_source()
    {
        const string sources = "Enabled: no\nTypes: deb\nURIs: http://mirror.example/debian\nSuites: bookworm\nComponents: main\n";

        Assert.Empty(AptSources.Parse([("debian.sources", sources)], "bookworm"));
    }
}
