using BatchEngine.Host.Configuration.Texts;


namespace BatchEngine.Host.Tests.Configuration.Texts;

public sealed class BytesTextTests
{
    [Theory]
    [InlineData("512MB", 512_000_000)]
    [InlineData("512 mb", 512_000_000)]
    [InlineData("1.5GiB", 1_610_612_736)]
    [InlineData("2GB", 2_000_000_000)]
    [InlineData("64KiB", 65_536)]
    [InlineData("100B", 100)]
    [InlineData("536870912", 536_870_912)]
    public void Accepts_SizesAsPeopleWriteThem(string text, long bytes)
    {
        Assert.True(BytesText.TryParse(text, out var read));
        Assert.Equal(bytes, read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("MB")]
    [InlineData("-1GB")]
    [InlineData("0")]
    [InlineData("0.1B")]
    [InlineData("12 XB")]
    [InlineData("1e9")]
    [InlineData("99999999999TB")]
    public void Rejects_WhatIsNoSize(string text) => Assert.False(BytesText.TryParse(text, out _));
}
